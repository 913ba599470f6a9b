// SPDX-License-Identifier: GPL-2.0
/*
 * Faults on purpose: each must be found by a checker of the debug kernel, or
 * its silence about the real module would mean nothing.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <net/net_namespace.h>

static char *fault = "none";
module_param(fault, charp, 0444);
MODULE_PARM_DESC(fault, "which fault to commit when loaded");

static void none(void)
{
}

/* KASAN */
static void use_after_free(void)
{
	char *p = kmalloc(32, GFP_KERNEL);

	if (!p)
		return;
	kfree(p);
	WRITE_ONCE(p[1], 1);
}

static void out_of_bounds(void)
{
	char *p = kmalloc(32, GFP_KERNEL);

	if (!p)
		return;
	OPTIMIZER_HIDE_VAR(p);
	WRITE_ONCE(p[32], 1);
	kfree(p);
}

/* kmemleak */
static void leak(void)
{
	int i;

	for (i = 0; i < 16; i++) {
		void *p = kmalloc(96, GFP_KERNEL);

		OPTIMIZER_HIDE_VAR(p);
	}
}

/* lockdep */
static DEFINE_MUTEX(lock_a);
static DEFINE_MUTEX(lock_b);

static void deadlock(void)
{
	mutex_lock(&lock_a);
	mutex_lock(&lock_b);
	mutex_unlock(&lock_b);
	mutex_unlock(&lock_a);

	mutex_lock(&lock_b);
	mutex_lock(&lock_a);
	mutex_unlock(&lock_a);
	mutex_unlock(&lock_b);
}

static DEFINE_SPINLOCK(lock_softirq);

static void softirq_work(struct timer_list *timer)
{
	spin_lock(&lock_softirq);
	spin_unlock(&lock_softirq);
}

static DEFINE_TIMER(softirq_timer, softirq_work);

static void irq_unsafe(void)
{
	mod_timer(&softirq_timer, jiffies + 1);
	msleep(50);
	spin_lock(&lock_softirq);
	spin_unlock(&lock_softirq);
}

/* PROVE_RCU */
static void rcu_unlocked(void)
{
	static int __rcu *pointer;

	WARN_ON(rcu_dereference(pointer));
}

/* DEBUG_ATOMIC_SLEEP */
static void atomic_sleep(void)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	msleep(20);
	spin_unlock(&lock);
}

/* DEBUG_OBJECTS */
static void freed_timer(void)
{
	struct timer_list *timer = kmalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, softirq_work, 0);
	mod_timer(timer, jiffies + 100 * HZ);
	kfree(timer);
}

static void refcount(void)
{
	static refcount_t count;

	refcount_set(&count, 0);
	refcount_inc(&count);
}

/* A reference to a device that is never given back. */
static void device_held(void)
{
	dev_get_by_name(&init_net, "held0");
}

/* KCSAN: two processors, one counter, and nothing that orders them. */
static int racy;

static int racer(void *unused)
{
	while (!kthread_should_stop()) {
		racy++;
		cond_resched();
	}
	return 0;
}

static void race(void)
{
	struct task_struct *racers[2];
	int i;

	for (i = 0; i < ARRAY_SIZE(racers); i++)
		racers[i] = kthread_run_on_cpu(racer, NULL, i, "racer/%u");
	msleep(1000);
	for (i = 0; i < ARRAY_SIZE(racers); i++) {
		if (!IS_ERR(racers[i]))
			kthread_stop(racers[i]);
	}
}

static void warning(void)
{
	WARN(1, "planted");
}

static const struct {
	const char *name;
	void (*commit)(void);
} faults[] = {
	{ "none", none },
	{ "use_after_free", use_after_free },
	{ "out_of_bounds", out_of_bounds },
	{ "leak", leak },
	{ "deadlock", deadlock },
	{ "irq_unsafe", irq_unsafe },
	{ "rcu_unlocked", rcu_unlocked },
	{ "atomic_sleep", atomic_sleep },
	{ "freed_timer", freed_timer },
	{ "refcount", refcount },
	{ "device_held", device_held },
	{ "race", race },
	{ "warning", warning },
};

static int __init planted_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (!strcmp(fault, faults[i].name)) {
			faults[i].commit();
			return 0;
		}
	}
	return -EINVAL;
}

static void __exit planted_exit(void)
{
}

module_init(planted_init);
module_exit(planted_exit);
MODULE_DESCRIPTION("Faults on purpose, to test the checkers");
MODULE_LICENSE("GPL");
